package dev.forwardguard.edge.heal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.forwardguard.edge.gateway.Reading;
import dev.forwardguard.edge.heal.Workload.Kind;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Lines as Traefik 3.7.15 prints them. */
class DiagnosisTest {
    private final SimulatedEdge edge = new SimulatedEdge(Kind.DEPLOYMENT, true, 17);

    private String diagnosis(String log) {
        edge.log = log;
        return new Diagnosis(edge, edge).of(pod("Running", ""), new Reading.NoCanary(404));
    }

    private static Pod pod(String phase, String trouble) {
        return new Pod(
                "trial", "uid", "10.0.0.1", "node", phase, "", "", "traefik", false, true, trouble);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "etcdserver: permission denied | its role must read the whole prefix",
                "etcdserver: authentication failed, invalid user ID or password | refuses its login",
                "KV store connection error: context deadline exceeded | cannot reach etcd",
                "field not found, node: prioritty | it refuses what is in etcd (field not found, node: prioritty)"
            })
    void namesWhatIsWrong(String error, String expected) {
        assertThat(
                        diagnosis(
                                "ERR kv.go:127 > Provider error, retrying in 711ms error=\"%s\" providerName=etcd\n"
                                        .formatted(error)))
                .contains(expected);
        assertThat(
                        diagnosis(
                                "{\"level\":\"error\",\"error\":\"%s\",\"message\":\"Provider error\"}\n"
                                        .formatted(error)))
                .contains(expected);
    }

    @Test
    void readsColouredLog() {
        String log =
                "\u001b[31mERR\u001b[0m Provider error \u001b[36merror=\u001b[0m\u001b[31m\"field not found, node: x\"\u001b[0m";

        assertThat(diagnosis(log)).contains("(field not found, node: x)");
    }

    @Test
    void takesLastError() {
        assertThat(
                        diagnosis(
                                "ERR a error=\"context deadline exceeded\"\nERR b error=\"field not found, node: x\"\n"))
                .contains("refuses what is in etcd");
    }

    /** A value may be a secret. */
    @Test
    void quotesNoValue() {
        assertThat(
                        diagnosis(
                                "ERR a error=\"strconv.ParseBool: parsing \\\"$apr1$hash\\\": invalid syntax\""))
                .contains("strconv.ParseBool")
                .doesNotContain("hash");
    }

    @Test
    void saysWhenLogHasNothing() {
        assertThat(diagnosis("INF all is well")).contains("HTTP 404", "no error");
    }

    @Test
    void namesEtcdFirst() {
        edge.isEtcdDown = true;

        assertThat(diagnosis("ERR a error=\"field not found, node: x\""))
                .contains("etcd does not answer");
    }

    @Test
    void namesWhatKubernetesSays() {
        var pending = pod("Pending", "no node takes it: 0/2 nodes are available");

        assertThat(new Diagnosis(edge, edge).of(pending, new Reading.Silent("x")))
                .contains("0/2 nodes");
    }
}
