package dev.forwardguard.authentik.emergency;

import static dev.forwardguard.testing.LinearWork.assertLinear;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.forwardguard.authentik.ClientAuthorization;
import dev.forwardguard.authentik.pages.AcceptedMedia;
import dev.forwardguard.client.ClientAddressResolver;
import dev.forwardguard.htpasswd.Credentials;
import dev.forwardguard.htpasswd.HashLimits;
import dev.forwardguard.htpasswd.Htpasswd;
import dev.forwardguard.live.LiveValue;
import dev.forwardguard.testing.LinearWork;
import dev.forwardguard.testing.guard.Visitor;

import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaders;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** The work of everything in authentik-guard that reads text of visitors. */
class VisitorTextTest {
    /** One reader for each header, and for some of them one for many lines of it. */
    enum Reader implements Consumer<String> {
        AUTHORIZATION {
            @Override
            public void accept(String text) {
                ClientAuthorization.of(header("Authorization", text), USERS);
            }
        },
        AUTHORIZATION_LINES {
            @Override
            public void accept(String text) {
                ClientAuthorization.of(lines("Authorization", text), USERS);
            }
        },
        CREDENTIALS {
            @Override
            public void accept(String text) {
                Credentials.parse(List.of(text));
            }
        },
        BASIC_CREDENTIALS {
            @Override
            public void accept(String text) {
                Credentials.parse(List.of("Basic " + text));
            }
        },
        ACCEPT {
            @Override
            public void accept(String text) {
                AcceptedMedia.of(List.of(text));
            }
        },
        ACCEPT_LINES {
            @Override
            public void accept(String text) {
                AcceptedMedia.of(pieces(text));
            }
        },
        ACCEPT_PARAMETERS {
            @Override
            public void accept(String text) {
                AcceptedMedia.of(List.of("text/html;" + text.replace(',', ';')));
            }
        },
        X_FORWARDED_FOR {
            @Override
            public void accept(String text) {
                ADDRESSES.resolve(header("X-Forwarded-For", text), GATEWAY);
            }
        },
        X_FORWARDED_FOR_LINES {
            @Override
            public void accept(String text) {
                ADDRESSES.resolve(lines("X-Forwarded-For", text), GATEWAY);
            }
        },
        X_REAL_IP {
            @Override
            public void accept(String text) {
                REAL_IP.resolve(header("X-Real-Ip", text), GATEWAY);
            }
        },
        SECURITY_LOG {
            @Override
            public void accept(String text) {
                SecurityLog.shortened(text, 200);
            }
        },
        SEC_FETCH_MODE {
            @Override
            public void accept(String text) {
                ChallengePolicy.NAVIGATION.isSilentFor(header("Sec-Fetch-Mode", text), true, true);
            }
        },
        PREFLIGHT {
            @Override
            public void accept(String text) {
                Preflight.is(
                        header("Origin", text)
                                .add("X-Forwarded-Method", "OPTIONS")
                                .add("Access-Control-Request-Method", text));
            }
        },
        PREFLIGHT_NAMES {
            @Override
            public void accept(String text) {
                HttpHeaders headers =
                        header("X-Forwarded-Method", "OPTIONS")
                                .add("Origin", "x")
                                .add("Access-Control-Request-Method", "PUT");
                pieces(text).forEach(name -> headers.add(name, "x"));
                Preflight.is(headers);
            }
        };

        private static final EmergencyUsers USERS = users();
        private static final ClientAddressResolver ADDRESSES = ClientAddressResolver.DEFAULT;
        private static final ClientAddressResolver REAL_IP =
                new ClientAddressResolver(
                        ClientAddressResolver.Source.X_REAL_IP, ADDRESSES.trustedProxies());
        private static final InetSocketAddress GATEWAY =
                new InetSocketAddress(InetAddress.ofLiteral("10.0.0.1"), 1);

        /** No request has more field lines. */
        private static final int LINES = 200;

        private static EmergencyUsers users() {
            var live =
                    new LiveValue<>(
                            "htpasswd",
                            content -> Htpasswd.parse(content, HashLimits.DEFAULT),
                            Clock.systemUTC());
            live.offer("1", Visitor.HTPASSWD.getBytes(UTF_8));
            return new EmergencyUsers(live, System::nanoTime);
        }

        private static HttpHeaders header(String name, String value) {
            return none().add(name, value);
        }

        private static HttpHeaders lines(String name, String text) {
            return none().add(name, pieces(text));
        }

        private static HttpHeaders none() {
            return DefaultHttpHeadersFactory.headersFactory().withValidation(false).newHeaders();
        }

        private static List<String> pieces(String text) {
            int length = Math.max(1, text.length() / LINES);
            List<String> pieces = new ArrayList<>();
            for (int at = 0; at + length <= text.length(); at += length) {
                pieces.add(text.substring(at, at + length));
            }
            return pieces;
        }
    }

    static Stream<Arguments> texts() {
        return Arrays.stream(Reader.values())
                .flatMap(reader -> LinearWork.hostile().map(unit -> Arguments.of(reader, unit)));
    }

    @ParameterizedTest(name = "{0}, unit {index}")
    @MethodSource("texts")
    void costsWorkInProportionToItsLength(Reader reader, String unit) {
        assertLinear(reader, unit);
    }
}
