/**
 * What the guard tells about itself: every meter ({@link dev.forwardguard.telemetry.GuardMetrics}),
 * the log lines of an outage ({@link dev.forwardguard.telemetry.FallbackLog}) and the state for
 * people ({@code /status}). Label values come from enums and never from requests.
 */
@NullMarked
package dev.forwardguard.telemetry;

import org.jspecify.annotations.NullMarked;
