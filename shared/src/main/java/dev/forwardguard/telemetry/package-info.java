/**
 * What the guard reports about itself: the meters ({@link
 * dev.forwardguard.telemetry.GuardMetrics}), the log lines of an outage ({@link
 * dev.forwardguard.telemetry.FallbackLog}), the format of the log ({@link
 * dev.forwardguard.telemetry.JsonLines}) and the state for operators ({@code /status}). Label
 * values come from enums and never from requests.
 */
@NullMarked
package dev.forwardguard.telemetry;

import org.jspecify.annotations.NullMarked;
