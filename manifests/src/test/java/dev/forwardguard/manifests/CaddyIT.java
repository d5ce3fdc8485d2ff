package dev.forwardguard.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.testing.RawAnswer;
import dev.forwardguard.testing.ReceivedRequest;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;

/** The guards behind Caddy's {@code forward_auth}. */
class CaddyIT implements EverydayContract, SpoofingContract, OutageContract {
    private static Stage stage;

    @BeforeAll
    static void start(@TempDir Path directory) {
        stage = Stage.behind(Caddy::start, directory);
    }

    @AfterAll
    static void end() {
        if (stage != null) {
            stage.close();
        }
    }

    @BeforeEach
    void recover() {
        stage.recover();
    }

    @Override
    public Stage stage() {
        return stage;
    }

    @Test
    void relaysTheRedirectOfTheOutpostAsItIs() throws IOException {
        RawAnswer answer = stage.ask(Stage.page());

        assertThat(answer.header("Location")).hasValue(Upstreams.LOGIN + "?state=1");
        assertThat(answer.headers("Set-Cookie")).containsExactlyElementsOf(Upstreams.COOKIES);
    }

    @Test
    void showsThePageThatComesWithTheChallenge() throws IOException {
        try (var _ = stage.outpostSuffers(Outage.REFUSED)) {
            RawAnswer answer = stage.ask(Stage.page());

            assertThat(answer.body()).contains("Emergency Access");
            assertThat(answer.headers("X-Guard-Fallback")).containsExactly("connect_refused");
            assertThat(answer.headers("Cache-Control")).containsExactly("no-store");
        }
    }

    @Test
    void keepsTheDetourOfAuthorizationToItself() throws IOException {
        stage.ask(Stage.pageWithSession().with("X-Guard-Authorization", "Bearer spoofed"));
        ReceivedRequest received = stage.application().awaitRequest();
        assertThat(received.head().raw()).doesNotContain("spoofed");

        stage.ask(Stage.pageWithSession().with("Authorization", "Bearer of-the-application"));
        received = stage.application().awaitRequest();
        assertThat(received.headers("X-Guard-Authorization")).isEmpty();
    }
}
