package dev.forwardguard.testing.guard;

import io.micronaut.test.support.TestPropertyProvider;

import java.util.Map;

/** Lets {@code @MicronautTest} start a guard on random ports, with files of its own. */
public interface GuardProperties extends TestPropertyProvider {
    @Override
    default Map<String, String> getProperties() {
        GuardFiles files = GuardFiles.with("mode: auto\n").htpasswd(Visitor.HTPASSWD);
        return RunningGuard.properties(files);
    }
}
