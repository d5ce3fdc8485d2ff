/**
 * Programs that run the guards under load and faults for minutes, too long for tests. The scripts
 * in {@code manifests/local} start them: {@code soak.sh} runs {@link Soak}, {@code siege.sh} runs
 * {@link Siege}, {@code hang.sh} runs {@link Hang}, {@code attack.sh} runs {@link Attack}.
 * Benchmarks are in the package {@code bench}. Each has a {@code main}, and ends with status 0 if
 * the guards kept their promises.
 */
@NullMarked
package dev.forwardguard.load;

import org.jspecify.annotations.NullMarked;
