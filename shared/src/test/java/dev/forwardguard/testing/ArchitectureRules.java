package dev.forwardguard.testing;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;

import dev.forwardguard.guard.Decision.Allow;
import dev.forwardguard.guard.Decision.Stale;
import dev.forwardguard.verdict.Verdicts.RememberedAllow;

import io.netty.handler.codec.http.HttpHeaders;

import jakarta.inject.Inject;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The architecture rules that a machine can check. Each module applies them to its own classes. */
public final class ArchitectureRules {
    private static final Pattern EMPTY_NOUN =
            Pattern.compile(".*(Util|Utils|Helper|Common|Manager|Base|Impl)");

    /**
     * The main classes of the module under test and of {@code shared}, without what Micronaut
     * generates. Imported once: it takes seconds.
     */
    public static final JavaClasses MAIN_CLASSES =
            new ClassFileImporter()
                    .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                    .withImportOption(location -> !location.contains("-tests.jar"))
                    .withImportOption(
                            location ->
                                    !location.contains("/$") && !location.contains("$Definition"))
                    .importPackages("dev.forwardguard");

    private ArchitectureRules() {}

    /**
     * The rules for every module.
     *
     * @param allowing the simple names of the only classes that may let a visitor pass without a
     *     verdict
     */
    public static List<ArchRule> all(String... allowing) {
        List<ArchRule> general =
                List.of(
                        slices().matching("dev.forwardguard.(*)..").should().beFreeOfCycles(),
                        noClasses()
                                .that()
                                .resideInAnyPackage("..settings..", "..live..", "..time..")
                                .should()
                                .dependOnClassesThat()
                                .resideInAnyPackage("io.micronaut.."),
                        noClasses()
                                .that()
                                .resideOutsideOfPackage("..kubernetes..")
                                .should()
                                .dependOnClassesThat()
                                .resideInAnyPackage("io.kubernetes..", "okhttp3..", "okio.."),
                        noClasses()
                                .that()
                                .doNotHaveSimpleName("Ticker")
                                .should()
                                .callMethod(System.class, "nanoTime")
                                .orShould()
                                .callMethod(System.class, "currentTimeMillis")
                                .orShould()
                                .callMethod(java.time.Instant.class, "now"),
                        // requests have Netty's ReadOnlyHttpHeaders, whose iterators return the
                        // first value forever
                        noClasses()
                                .should()
                                .callMethod(
                                        HttpHeaders.class,
                                        "valueCharSequenceIterator",
                                        CharSequence.class)
                                .orShould()
                                .callMethod(
                                        HttpHeaders.class,
                                        "valueStringIterator",
                                        CharSequence.class),
                        noFields().should().beAnnotatedWith(Inject.class),
                        noClasses().should().haveNameMatching(EMPTY_NOUN.pattern()),
                        noClasses()
                                .that(areNot(allowing))
                                .should()
                                .callConstructor(
                                        Allow.class,
                                        dev.forwardguard.outcome.FallbackReason.class,
                                        java.util.Map.class),
                        // the last verdict of a session: only the guard that knows what an
                        // outage is may let somebody in by it, and only the memory has one
                        noClasses()
                                .that(areNot("AuthentikGuard"))
                                .should()
                                .callConstructor(
                                        Stale.class,
                                        dev.forwardguard.outcome.FallbackReason.class,
                                        dev.forwardguard.outcome.UpstreamResponse.class),
                        noClasses()
                                .that(areNot("Verdicts"))
                                .should()
                                .callConstructor(
                                        RememberedAllow.class,
                                        dev.forwardguard.outcome.UpstreamResponse.class,
                                        String.class,
                                        boolean.class),
                        fields().that().areNotFinal().should().notBePublic());
        return Stream.concat(general.stream(), Rooms.rules().stream()).toList();
    }

    private static DescribedPredicate<JavaClass> areNot(String... names) {
        List<String> excepted = List.of(names);
        return DescribedPredicate.describe(
                "are not " + excepted, type -> !excepted.contains(type.getSimpleName()));
    }
}
