package dev.forwardguard.authentik;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.lang.ArchRule;

import dev.forwardguard.testing.ArchitectureRules;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.List;

class ArchitectureTest {
    static List<ArchRule> rules() {
        return ArchitectureRules.all("BasicAuthFallback");
    }

    @ParameterizedTest
    @MethodSource("rules")
    void holds(ArchRule rule) {
        rule.check(ArchitectureRules.MAIN_CLASSES);
    }

    @Test
    void htpasswdUsesOnlyJdkAndHashingLibraries() {
        classes()
                .that()
                .resideInAPackage("..htpasswd..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "java..",
                        "org.jspecify..",
                        "org.mindrot..",
                        "org.springframework.security.crypto.bcrypt..",
                        "..htpasswd..")
                .check(ArchitectureRules.MAIN_CLASSES);
    }
}
