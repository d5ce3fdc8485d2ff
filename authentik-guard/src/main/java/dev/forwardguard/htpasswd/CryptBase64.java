package dev.forwardguard.htpasswd;

/** The text form that MD5-crypt and SHA-crypt share: base64 of a kind, least significant first. */
final class CryptBase64 {
    /**
     * A salt: any visible ASCII that crypt(3) of libxcrypt accepts in a setting. Real files have
     * more in it than the alphabet below, because some generators use ordinary base64.
     */
    static final String SALT_CHARACTER = "[!-~&&[^!$*:;\\\\]]";

    private static final String ALPHABET =
            "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    private CryptBase64() {}

    /**
     * Takes the digest's bytes in the order that the format prescribes, three at a time, the first
     * of them the most significant; n bytes give n + 1 characters.
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
