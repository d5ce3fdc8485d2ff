package dev.forwardguard.htpasswd;

/** The base64 variant of MD5-crypt and SHA-crypt, with the least significant bits first. */
final class CryptBase64 {
    /**
     * A character of a salt: any visible ASCII that libxcrypt's crypt(3) accepts in a setting. Real
     * files contain more than the alphabet below, because some generators use standard base64.
     */
    static final String SALT_CHARACTER = "[!-~&&[^!$*:;\\\\]]";

    private static final String ALPHABET =
            "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    private CryptBase64() {}

    /**
     * Encodes the digest's bytes in the order that the format prescribes, in groups of three, most
     * significant byte first. A group of n bytes gives n + 1 characters.
     */
    static String encode(byte[] digest, int[] order) {
        var text = new StringBuilder();
        for (int at = 0; at < order.length; at += 3) {
            int count = Math.min(3, order.length - at);
            int word = 0;
            for (int i = 0; i < count; i++) {
                word = (word << 8) | (digest[order[at + i]] & 0xff);
            }
            for (int i = 0; i <= count; i++) {
                text.append(ALPHABET.charAt(word & 0x3f));
                word >>= 6;
            }
        }
        return text.toString();
    }
}
