#include "flow/rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>

namespace pay {
namespace {

/// What a rule looks at of a payment.
struct Case {
  Method method{};
  std::optional<Currency> currency{};  ///< nothing: one that no rule names
  std::string_view client{};
  Decimal amount{};
};

template <class T, class Value>
bool holds(const std::vector<T>& names, const Value& value) {
  return names.empty() || std::ranges::find(names, value) != names.end();
}

bool fits(const Rule& rule, const Case& one) {
  return (!rule.methods || rule.methods->has(one.method)) && holds(rule.currencies, one.currency) &&
         holds(rule.clients, one.client) && (!rule.amount_from || *rule.amount_from <= one.amount) &&
         (!rule.amount_below || one.amount < *rule.amount_below);
}

bool fits_any(std::span<const Rule> rules, const Case& one) {
  return std::ranges::any_of(rules, [&](const Rule& rule) { return fits(rule, one); });
}

Decimal in_major_units(std::int64_t minor, Currency currency) {
  constexpr std::int64_t billion = 1'000'000'000;
  const auto scale = currency.scale();
  return {.units = minor / scale, .billionths = static_cast<std::int32_t>(minor % scale * (billion / scale))};
}

/// What a rule's payments can be, as far as the rules before it tell them apart: one of each kind.
struct Kinds {
  std::vector<Method> methods;
  std::vector<std::optional<Currency>> currencies;
  std::vector<std::string_view> clients;
  std::vector<Decimal> amounts;
};

/// A rule that names none takes those that no rule names, and each that one before it names.
template <class Kind, class Names>
std::vector<Kind> told_apart(Names names, std::span<const Rule> before, const Rule& rule) {
  if (const auto& own = names(rule); !own.empty()) return {own.begin(), own.end()};
  std::vector<Kind> kinds{Kind{}};
  for (const auto& earlier : before) {
    const auto& named = names(earlier);
    kinds.insert(kinds.end(), named.begin(), named.end());
  }
  return kinds;
}

Kinds kinds_of(std::span<const Rule> before, const Rule& rule) {
  Kinds kinds;
  for (const auto method : every_method) {
    if (!rule.methods || rule.methods->has(method)) kinds.methods.push_back(method);
  }
  kinds.currencies = told_apart<std::optional<Currency>>(
      [](const Rule& one) -> const auto& { return one.currencies; }, before, rule);
  kinds.clients =
      told_apart<std::string_view>([](const Rule& one) -> const auto& { return one.clients; }, before, rule);
  // Between two bounds nothing changes, so that every amount is like the bound below it.
  const auto least = rule.amount_from.value_or(Decimal{});
  kinds.amounts.push_back(least);
  const auto add = [&](const std::optional<Decimal>& bound) {
    if (bound && least < *bound && (!rule.amount_below || *bound < *rule.amount_below))
      kinds.amounts.push_back(*bound);
  };
  for (const auto& earlier : before) {
    add(earlier.amount_from);
    add(earlier.amount_below);
  }
  return kinds;
}

/// Calls `look` with one payment of each kind until it says no; false then.
template <class Look>
bool all_of(const Kinds& kinds, Look look) {
  for (const auto method : kinds.methods) {
    for (const auto& currency : kinds.currencies) {
      for (const auto client : kinds.clients) {
        for (const auto& amount : kinds.amounts) {
          if (!look(Case{.method = method, .currency = currency, .client = client, .amount = amount}))
            return false;
        }
      }
    }
  }
  return true;
}

std::optional<std::string> why_nothing_fits(const Rule& rule) {
  constexpr Decimal most{.units = max_amount_units, .billionths = max_amount_billionths};
  if (rule.methods && rule.methods->empty()) return "it names no method";
  if (rule.amount_below && *rule.amount_below <= Decimal{}) return "no amount is below its amount-below";
  if (rule.amount_from && *rule.amount_from > most) return "no amount is as high as its amount-from";
  if (rule.amount_from && rule.amount_below && *rule.amount_from >= *rule.amount_below)
    return "its amount-from is not below its amount-below";
  return std::nullopt;
}

}  // namespace

const std::vector<std::string>& Rules::providers_for(const Payment& payment, Method method) const {
  if (rules.empty()) return otherwise;
  const Case one{.method = method,
                 .currency = payment.currency,
                 .client = payment.client,
                 .amount = in_major_units(payment.amount_minor, payment.currency)};
  const auto first = std::ranges::find_if(rules, [&](const Rule& rule) { return fits(rule, one); });
  return first == rules.end() ? otherwise : first->providers;
}

std::optional<std::string> why_never(const std::vector<Rule>& before, const Rule& rule) {
  if (auto why = why_nothing_fits(rule)) return why;
  for (std::size_t i = 0; i < before.size(); ++i) {
    const std::span one(&before[i], 1);
    if (all_of(kinds_of(one, rule), [&](const Case& any) { return fits(before[i], any); }))
      return fmt::format("rule {} before it takes all of its payments", i + 1);
  }
  if (all_of(kinds_of(before, rule), [&](const Case& any) { return fits_any(before, any); }))
    return "the rules before it take all of its payments";
  return std::nullopt;
}

}  // namespace pay
