/**
 * Guards under load and faults for minutes, which no test has the time for: the programs behind
 * {@code manifests/local/soak.sh} and {@code hang.sh}; speed is in {@code bench}.
 */
@NullMarked
package dev.forwardguard.manifests.load;

import org.jspecify.annotations.NullMarked;
