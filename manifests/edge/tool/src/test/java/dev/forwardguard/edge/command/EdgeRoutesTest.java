package dev.forwardguard.edge.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.edge.etcd.FakeEtcd;
import dev.forwardguard.edge.etcd.FakeEtcd.Fault;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import picocli.CommandLine;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Options, output and exit status. */
final class EdgeRoutesTest {
    private static final String TXN = "/v3/kv/txn";
    private static final String ROUTES =
            """
            http:
              routers:
                site: {rule: Path(`/site`), entryPoints: [web], service: site}
              services:
                site: {loadBalancer: {servers: [{url: "http://127.0.0.1:80"}]}}
            """;

    @TempDir private Path directory;
    private final FakeEtcd fake = new FakeEtcd();
    private final StringWriter out = new StringWriter();
    private final StringWriter errors = new StringWriter();

    @AfterEach
    void close() {
        fake.close();
    }

    private int run(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        if (arguments.length > 0) {
            all.add("--endpoints=" + fake.url());
        }
        return EdgeRoutes.commandLine(CommandLine.defaultFactory())
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(errors, true))
                .execute(all.toArray(String[]::new));
    }

    private String file(String text) throws IOException {
        return Files.writeString(directory.resolve("routes.yaml"), text).toString();
    }

    @Test
    void appliesOnceAndSaysWhat() throws IOException {
        String file = file(ROUTES);

        assertThat(run("apply", file)).isZero();
        assertThat(out.toString().lines())
                .containsExactly(
                        "+ http.routers.site",
                        "+ http.services.site",
                        "~ the canary route",
                        "applied in one transaction, revision 2");
        assertThat(run("apply", file)).isZero();
        assertThat(out.toString()).endsWith("no difference\n");
        assertThat(fake.keys().history()).hasSize(1);
    }

    @Test
    void namesWhatChangesAndNoValue() throws IOException {
        run("apply", file(ROUTES));

        assertThat(run("diff", file(ROUTES.replace(":80", ":81").replace("`/site`", "`/moved`"))))
                .isZero();

        assertThat(out.toString())
                .contains(
                        "~ http.routers.site (rule)",
                        "~ http.services.site (loadBalancer.servers.0.url)")
                .doesNotContain("moved", ":81");
    }

    @Test
    void aDryRunWritesNothing() throws IOException {
        assertThat(run("apply", file(ROUTES), "--dry-run")).isZero();

        assertThat(out.toString()).contains("+ http.routers.site");
        assertThat(fake.keys().values()).isEmpty();
    }

    @Test
    void wrongFilesAreOne() throws IOException {
        assertThat(run("apply", file(ROUTES.replace("rule", "rulle")))).isEqualTo(1);

        assertThat(errors.toString()).contains("routes.yaml:3: ");
        assertThat(fake.requests()).isEmpty();
    }

    @Test
    void wrongOptionsAreOne() throws IOException {
        String file = file(ROUTES);

        assertThat(run()).isEqualTo(1);
        assertThat(run("apply")).isEqualTo(1);
        assertThat(run("apply", file, "--nothing")).isEqualTo(1);
        assertThat(run("apply", file, "--wait", "gateway:8082")).isEqualTo(1);
        assertThat(run("apply", file, "--timeout", "30")).isEqualTo(1);
        assertThat(run("apply", file, "--root", "/traefik")).isEqualTo(1);
        assertThat(run("apply", file, "--certificate", "a.pem")).isEqualTo(1);
        assertThat(run("apply", file, "--user", "routes")).isEqualTo(1);
        assertThat(errors.toString().lines())
                .allMatch(each -> each.startsWith("error: ") || each.endsWith("--help says more"));
    }

    @Test
    void aConflictIsTwo() throws IOException {
        fake.plan(TXN, new Fault.Before(() -> fake.keys().put("traefik/x", "y")));

        assertThat(run("apply", file(ROUTES))).isEqualTo(2);

        assertThat(errors.toString())
                .contains(
                        "error: somebody else has written routes at the same time; nothing was written");
    }

    @Test
    void aKeyThatIsNotUtf8IsThree() throws IOException {
        fake.plan(
                "/v3/kv/range",
                new Fault.Answers(
                        200,
                        "{\"header\": {\"revision\": \"2\"}, \"kvs\": [{\"key\": \"dHJhZWZpay//\"}]}"));

        assertThat(run("apply", file(ROUTES), "--prune")).isEqualTo(3);

        assertThat(errors.toString())
                .contains("delete it with etcdctl del $'\\x74\\x72")
                .doesNotContain("etcd refuses");
    }

    @Test
    void aConflictAfterALostAnswerSaysThatItIsNotKnown() throws IOException {
        fake.plan(TXN, new Fault.LosesAnswer());
        fake.plan(
                TXN, new Fault.Before(() -> fake.keys().delete("traefik/http/routers/site/rule")));

        assertThat(run("apply", file(ROUTES))).isEqualTo(2);

        assertThat(errors.toString())
                .contains("; whether the change was written before that is not known.")
                .doesNotContain("nothing was written");
    }

    @Test
    void aRefusalInTheMidstSaysWhatIsWritten() throws IOException {
        fake.plan(TXN, new Fault.Before(() -> {}));
        fake.plan(
                TXN,
                new Fault.Answers(
                        400, "{\"message\": \"etcdserver: too many operations in txn request\"}"));

        assertThat(run("apply", file(ROUTES), "--max-txn-ops", "8")).isEqualTo(1);

        assertThat(errors.toString())
                .contains("warning: one transaction: written, and nothing is open");
    }

    @ParameterizedTest
    @CsvSource({
        "403, etcdserver: permission denied, 3, readwrite traefik --prefix=true",
        "429, etcdserver: mvcc: database space exceeded, 3, etcdctl alarm disarm",
        "400, etcdserver: user name is empty, 3, set --user and --password-file",
        "400, etcdserver: request is too large, 1, --max-request-bytes",
        "400, CommonName of client sending a request against gateway will be ignored, 3, has a common name",
        "400, etcdserver: something new, 3, etcd refuses: etcdserver: something new"
    })
    void refusalsOfEtcdSayWhatToDo(int status, String message, int exit, String advice)
            throws IOException {
        String json = "{\"code\": 3, \"message\": \"" + message + "\"}";
        fake.plan(TXN, new Fault.Answers(status, json));
        fake.plan(TXN, new Fault.Answers(status, json));

        assertThat(run("apply", file(ROUTES))).isEqualTo(exit);
        assertThat(errors.toString()).contains(advice);
    }

    @Test
    void aStaleGatewayIsFour() throws IOException {
        assertThat(run("apply", file(ROUTES), "--wait", "http://127.0.0.1:1", "--timeout", "100ms"))
                .isEqualTo(4);

        assertThat(errors.toString()).contains("error: http://127.0.0.1:1: no answer");
        assertThat(run("status", "http://127.0.0.1:1")).isEqualTo(4);
        assertThat(out.toString().lines()).anyMatch(each -> each.matches("etcd +2"));
    }

    @Test
    void everyCommandHasHelp() {
        for (String command : List.of("check", "diff", "apply", "status", "setup")) {
            assertThat(run(command, "--help")).as(command).isZero();
        }
        assertThat(out.toString()).contains("EDGE_ETCD_ENDPOINTS", "--prune", "--max-txn-ops");
    }
}
