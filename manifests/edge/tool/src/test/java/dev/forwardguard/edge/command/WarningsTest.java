package dev.forwardguard.edge.command;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What diff and apply warn of when etcd has lost its data. */
class WarningsTest {
    @TempDir private Path directory;
    private final Commands commands = new Commands();
    private String routes = "";

    @BeforeEach
    void write() throws IOException {
        routes =
                Files.writeString(
                                directory.resolve("routes.yaml"),
                                """
                                http:
                                  routers:
                                    site: {rule: Path(`/site`), service: ping@internal}
                                """)
                        .toString();
    }

    @AfterEach
    void close() {
        commands.close();
    }

    private List<String> losses() {
        return commands.errors().stream().filter(each -> each.contains("Restore")).toList();
    }

    @Test
    void warnsOnceOfDatabaseWithoutCanary() {
        commands.run("diff", routes);

        assertThat(losses())
                .singleElement()
                .asString()
                .startsWith("warning: etcd has no canary: its data is lost, or edge-routes setup");

        commands.run("apply", routes);
        assertThat(losses()).hasSize(1);

        commands.run("apply", routes);
        assertThat(losses()).isEmpty();
    }

    /** As after keys were copied into another database. */
    @Test
    void warnsOfDatabaseThatIsBehindItsCanary() {
        commands.fake().keys().put(Commands.CANARY, "5000");

        commands.run("apply", routes);

        assertThat(losses())
                .singleElement()
                .asString()
                .contains("etcd is at revision 2, but its canary has 5000");
    }
}
