package dev.forwardguard.load.bench;

import dev.forwardguard.servers.Loopback;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The upstream of all contenders: an nginx that responds at once, as a bot blocker, as an authentik
 * outpost or with a page of 100 KB; on another port it refuses all requests. An allow has no body,
 * which the guards would keep and the others would not. It is also the application behind Traefik:
 * on one port for everybody, on another only for the user whom the outpost names.
 */
record BenchUpstream(Running server, int allowing, int refusing, int website, int application)
        implements AutoCloseable {
    static final String BOT_BLOCK_PATH = "/auth";
    static final String OUTPOST_PATH = "/outpost.goauthentik.io/auth/traefik";
    static final String PAGE_PATH = "/outpost.goauthentik.io/static/page";
    static final int PAGE_BYTES = 100 * 1024;
    static final String APPLICATION_PAGE = "a page of the application";
    static final String VERDICT = "verdict\n";

    /** The core of the load and of the upstream. */
    static final String CORE = "1";

    /** The identity headers that authentik sends about a user. */
    private static final List<String> IDENTITY =
            List.of(
                    "username alice",
                    "groups admins|users",
                    "entitlements none",
                    "email alice@example.com",
                    "name Alice",
                    "uid " + "0123456789abcdef".repeat(4),
                    "jwt " + "e30.".repeat(150),
                    "meta-jwks https://authentik.example.com/application/o/app/jwks/",
                    "meta-outpost embedded",
                    "meta-provider app",
                    "meta-app app",
                    "meta-version goauthentik.io/outpost/2026.2.0");

    static BenchUpstream start(Path directory) {
        int refusing = Loopback.freePort();
        BenchRig rig = BenchRig.at(directory, 0, CORE);
        rig.file("page", "x".repeat(PAGE_BYTES));
        int website = Loopback.freePort();
        int application = Loopback.freePort();
        String servers =
                servers(rig.port(), refusing)
                        + application(website, "")
                        + application(
                                application,
                                "if ($http_x_authentik_username != alice) { return 403; }");
        Running server = NginxContender.nginx(rig, servers);
        return new BenchUpstream(server, rig.port(), refusing, website, application);
    }

    private static String application(int port, String condition) {
        return """
        server {
            listen 127.0.0.1:%d backlog=1024;
            %s
            location / {
                add_header X-Application page;
                return 200 "%s";
            }
        }
        """
                .formatted(port, condition, APPLICATION_PAGE);
    }

    private static String servers(int allowing, int refusing) {
        return """
        server {
            listen 127.0.0.1:%1$d backlog=1024;
            add_header Cache-Control no-store;
            location / {
                add_header X-Verdict allowed;
                return 200 "";
            }
            location = %3$s {
        %4$s
                return 200 "";
            }
            location = %5$s {
                add_header X-Verdict page;
                root .;
                try_files /page =404;
            }
        }
        server {
            listen 127.0.0.1:%2$d backlog=1024;
            location / {
                add_header X-Verdict refused always;
                return 403 "verdict\\n";
            }
        }
        """
                .formatted(
                        allowing,
                        refusing,
                        OUTPOST_PATH,
                        IDENTITY.stream()
                                .map(BenchUpstream::header)
                                .collect(Collectors.joining("\n")),
                        PAGE_PATH);
    }

    private static String header(String nameAndValue) {
        String[] parts = nameAndValue.split(" ", 2);
        return "        add_header X-authentik-%s \"%s\";".formatted(parts[0], parts[1]);
    }

    @Override
    public void close() {
        server.close();
    }
}
