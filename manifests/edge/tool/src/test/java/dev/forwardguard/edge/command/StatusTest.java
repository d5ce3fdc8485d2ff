package dev.forwardguard.edge.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.edge.etcd.FakeEtcd.Fault;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The number of etcd beside those of gateways, while somebody else applies. */
class StatusTest {
    @TempDir private Path directory;
    private final Commands commands = new Commands();

    @AfterEach
    void close() {
        commands.close();
    }

    private void applyElsewhere(long revision) {
        commands.fake().keys().put(Commands.CANARY, Long.toString(revision));
    }

    private String routes() throws IOException {
        return Files.writeString(directory.resolve("routes.yaml"), "{}").toString();
    }

    @Test
    void anApplyBetweenTheReadingsIsNoLoss() throws IOException {
        applyElsewhere(2);
        try (var gateway =
                new FakeGateway(
                        () -> {
                            applyElsewhere(3);
                            return 3;
                        })) {
            assertThat(commands.run("status", gateway.url())).isZero();
        }

        assertThat(commands.errors()).isEmpty();
        assertThat(commands.out()).anyMatch(each -> each.matches("etcd +3"));
    }

    /** One was asked before that apply, and was current then. */
    @Test
    void aGatewayOfTheNumberBeforeIsCurrentToo() throws IOException {
        applyElsewhere(2);
        try (var before = new FakeGateway(() -> 2);
                var after =
                        new FakeGateway(
                                () -> {
                                    applyElsewhere(3);
                                    return 3;
                                })) {
            assertThat(commands.run("status", before.url(), after.url())).isZero();
        }
    }

    @Test
    void aLossIsStillALoss() throws IOException {
        applyElsewhere(2);
        try (var gateway = new FakeGateway(() -> 500)) {
            assertThat(commands.run("status", gateway.url())).isEqualTo(4);
        }

        assertThat(commands.errors())
                .singleElement()
                .asString()
                .contains("shows 500, etcd has only 2");
    }

    @Test
    void anAppliedChangeStaysAppliedWhenEtcdGoes() throws IOException {
        // only the reading after the gateways fails: it asks for the tree
        try (var gateway =
                new FakeGateway(
                        () -> {
                            commands.fake()
                                    .plan(
                                            Commands.RANGE,
                                            new Fault.Answers(
                                                    403,
                                                    "{\"code\": 7, \"message\": \"etcdserver: permission denied\"}"));
                            return 500;
                        })) {
            assertThat(commands.run("apply", routes(), "--wait", gateway.url())).isEqualTo(3);

            assertThat(commands.out())
                    .contains(
                            "applied in one transaction, revision 2",
                            gateway.url() + " serves revision 500");
            assertThat(commands.errors())
                    .last()
                    .asString()
                    .startsWith("error: revision 2 is applied, but ")
                    .contains("permission denied");
        }
    }
}
