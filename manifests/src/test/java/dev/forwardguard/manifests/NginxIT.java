package dev.forwardguard.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.testing.RawAnswer;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;

/** The guards behind nginx' {@code auth_request}. */
class NginxIT implements EverydayContract, SpoofingContract, OutageContract {
    private static GatewayFixture stage;

    @BeforeAll
    static void start(@TempDir Path directory) {
        stage = GatewayFixture.behind(Nginx::start, directory);
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
    public GatewayFixture stage() {
        return stage;
    }

    @Test
    void startsTheLoginWhereItWasInterrupted() throws IOException {
        RawAnswer answer = stage.ask(GatewayFixture.page());

        assertThat(answer.status()).isEqualTo(302);
        assertThat(answer.header("Location"))
                .hasValue("/outpost.goauthentik.io/start?rd=https://app.example.com/page?a=1");
    }

    @Test
    void tellsTheOutpostTheUrlThatItReadsForNginx() throws IOException {
        stage.ask(
                GatewayFixture.pageWithSession()
                        .with("X-Original-URL", "https://other.example.com/public"));

        assertThat(stage.outpost().awaitRequest().headers("X-Original-URL"))
                .containsExactly("https://app.example.com/page?a=1");
    }
}
