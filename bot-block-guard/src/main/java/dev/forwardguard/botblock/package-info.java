/**
 * The guard between Traefik and Poison Fountain. It asks whether a visitor is a bot, and fails
 * open: while the bot blocker is down, slow or broken, visitors are checked less strictly, but the
 * sites stay up. The other layers against bots still work.
 *
 * <p>{@code BotBlockGuard} is the policy, {@code BotBlockBeans} its defaults and facts. Everything
 * else is in {@code shared}.
 */
@NullMarked
package dev.forwardguard.botblock;

import org.jspecify.annotations.NullMarked;
