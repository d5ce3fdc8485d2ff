package dev.forwardguard.testing.guard;

import io.micronaut.test.support.TestPropertyProvider;

import java.util.Map;

/** Lets {@code @MicronautTest} start a guard on random ports with its own files. */
public interface GuardProperties extends TestPropertyProvider {
    @Override
    default Map<String, String> getProperties() {
        GuardFiles files = GuardFiles.with("mode: auto\n").htpasswd(Visitor.HTPASSWD);
        return RunningGuard.properties(files);
    }
}
