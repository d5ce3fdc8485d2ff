/**
 * Servers that tests and load programs run for real, each on free ports of 127.0.0.1 and with all
 * its files in the test's directory: {@link Traefik}, {@link Caddy} and {@link Nginx}, and
 * Kubernetes' {@link ApiServer}. A server is a {@link Program} that has to be installed or built;
 * where it is missing, tests are skipped with a line that says so, or fail in CI. It runs as a
 * {@link ChildProcess}. So does a guard of this repository, as a {@link GuardProcess}.
 */
@NullMarked
package dev.forwardguard.servers;

import org.jspecify.annotations.NullMarked;
