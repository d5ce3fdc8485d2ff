package dev.forwardguard.botblock;

import com.tngtech.archunit.lang.ArchRule;

import dev.forwardguard.testing.ArchitectureRules;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.List;

class ArchitectureTest {
    static List<ArchRule> rules() {
        return ArchitectureRules.all("BotBlockGuard");
    }

    @ParameterizedTest
    @MethodSource("rules")
    void holds(ArchRule rule) {
        rule.check(ArchitectureRules.MAIN_CLASSES);
    }
}
