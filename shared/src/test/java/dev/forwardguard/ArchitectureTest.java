package dev.forwardguard;

import com.tngtech.archunit.lang.ArchRule;

import dev.forwardguard.testing.ArchitectureRules;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.List;

class ArchitectureTest {
    /** Without exceptions: no class that both guards share may let a visitor pass. */
    static List<ArchRule> rules() {
        return ArchitectureRules.all();
    }

    @ParameterizedTest
    @MethodSource("rules")
    void holds(ArchRule rule) {
        rule.check(ArchitectureRules.MAIN_CLASSES);
    }
}
