package dev.forwardguard.testing;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.security.Security;

/** The JDK reads its cache settings once, so each of these tests needs its own JVM. */
@Timeout(60)
class StubDnsProviderTest {
    @Test
    void turnsCacheOffAndKeepsProgramSetting() throws IOException {
        assertThat(inAnotherJvm("false")).isEqualTo("2 lookups, ttl 30");
    }

    @Test
    void keepsCacheOnDemand() throws IOException {
        assertThat(inAnotherJvm("true")).isEqualTo("1 lookups, ttl 30");
    }

    /** A program that sets a cache time of 30 s and looks up a name twice. */
    public static void main(String[] arguments) throws UnknownHostException {
        Security.setProperty("networkaddress.cache.ttl", "30");
        String name = StubDns.freshName();
        StubDns.answers(name, "127.0.0.1");
        for (int i = 0; i < 2; i++) {
            assertThat(InetAddress.getByName(name).getHostAddress()).isEqualTo("127.0.0.1");
        }
        String ttl = Security.getProperty("networkaddress.cache.ttl");
        System.out.printf("%d lookups, ttl %s", StubDns.lookups(name), ttl);
    }

    private static String inAnotherJvm(String keepCache) throws IOException {
        Process program =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-D" + StubDnsProvider.KEEP_CACHE + "=" + keepCache,
                                "-cp",
                                System.getProperty("java.class.path"),
                                StubDnsProviderTest.class.getName())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        try (var output = program.inputReader()) {
            return output.readAllAsString();
        } finally {
            program.destroyForcibly();
        }
    }
}
