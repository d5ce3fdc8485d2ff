/**
 * * Programs that run the guards under load and faults for minutes, too long for tests. The scripts
 * in {@code manifests/local} start them: {@code soak.sh} runs {@link Soak}, {@code siege.sh} runs
 * {@link Siege}, {@code hang.sh} runs {@link Hang}, {@code attack.sh} runs {@link Attack}.
 * Benchmarks are in the package {@code bench}.
 */
@NullMarked
package dev.forwardguard.manifests.load;

import org.jspecify.annotations.NullMarked;
