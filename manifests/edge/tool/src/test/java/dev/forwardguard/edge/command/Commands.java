package dev.forwardguard.edge.command;

import dev.forwardguard.edge.etcd.FakeEtcd;

import picocli.CommandLine;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;

/** The command line beside an etcd, and what it prints. */
final class Commands implements AutoCloseable {
    static final String RANGE = "/v3/kv/range";
    static final String CANARY =
            "traefik/http/middlewares/edge-revision/headers/customResponseHeaders/X-Edge-Revision";

    private final FakeEtcd fake = new FakeEtcd();
    private final StringWriter out = new StringWriter();
    private final StringWriter errors = new StringWriter();

    FakeEtcd fake() {
        return fake;
    }

    int run(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.add("--endpoints=" + fake.url());
        return runAlone(all.toArray(String[]::new));
    }

    /** Without the option that every command which asks etcd needs. */
    int runAlone(String... arguments) {
        return EdgeRoutes.commandLine(CommandLine.defaultFactory())
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(errors, true))
                .execute(arguments);
    }

    /** What has been printed as a result, and is forgotten now. */
    List<String> out() {
        return taken(out);
    }

    /** What has been printed as warnings and errors, and is forgotten now. */
    List<String> errors() {
        return taken(errors);
    }

    private static List<String> taken(StringWriter text) {
        List<String> lines = text.toString().lines().toList();
        text.getBuffer().setLength(0);
        return lines;
    }

    @Override
    public void close() {
        fake.close();
    }
}
