#include <fmt/format.h>

#include <algorithm>

#include "app/audience.hpp"
#include "app/cli/operator.hpp"
#include "app/cli/printable.hpp"
#include "app/cli/subcommands.hpp"
#include "app/open_store.hpp"
#include "storage/filter.hpp"

namespace pay::app {
namespace {

constexpr std::size_t page_size = 100;
/// It is kept with the payment's event, and is shown wherever that is.
constexpr std::size_t longest_reason = 200;
constexpr std::size_t longest_reference = 255;

AttemptFilter filter_of(const CommandLine& line) {
  AttemptFilter filter{.outcome = {}, .provider = {}, .needs_attention = {}, .client = {}};
  if (line.option("unknown") == "true") filter.outcome = AttemptOutcome::unknown;
  if (line.option("needs-attention") == "true") filter.needs_attention = true;
  return filter;
}

/// Of one payment, the oldest first.
template <class Take>
void for_each_of(ReadStore& store, PaymentId payment, const AttemptFilter& filter, Take take) {
  for (std::int64_t after = 0;;) {
    const auto slice = store.list_attempts(payment, after, page_size);
    if (!slice) throw ConfigurationError(fmt::format("there is no payment {}", payment.value));
    for (const auto& attempt : slice->rows) {
      // Whose payment it is was not asked for.
      if (matches(filter, attempt, {})) take(attempt);
    }
    if (!slice->has_more) return;
    after = slice->next;
  }
}

/// Of all payments, the newest first.
template <class Take>
void for_each(ReadStore& store, const AttemptFilter& filter, Take take) {
  for (auto before = max_id + 1;;) {
    const auto slice = store.list_all_attempts(filter, before, page_size);
    for (const auto& attempt : slice.rows) take(attempt);
    if (!slice.has_more) return;
    before = slice.next;
  }
}

void show_call(const ProviderCall& call) {
  if (!call.reference.empty()) fmt::print("  as {}", call.reference);
  if (call.tries > 0) fmt::print("  tries {}", call.tries);
  if (call.needs_attention) fmt::print("  needs attention");
  if (call.due_at) fmt::print("  next look {}", to_rfc3339(*call.due_at));
  if (!call.last_error.empty()) fmt::print("  last error: {}", call.last_error);
}

void show(const Attempt& attempt) {
  fmt::print("{}  {} of payment {} at {}  {}", attempt.id.value, name(attempt.kind), attempt.payment_id.value,
             attempt.provider, name(attempt.outcome));
  if (!attempt.decline_code.empty()) fmt::print(" ({})", attempt.decline_code);
  fmt::print("  since {}", to_rfc3339(attempt.created_at));
  if (attempt.call && !is_final(attempt.outcome)) show_call(*attempt.call);
  fmt::print("\n");
}

AttemptOutcome outcome_of(const CommandLine& line) {
  const auto text = line.option("as");
  const auto outcome = find_attempt_outcome(text);
  if (!outcome || !is_final(*outcome)) {
    throw ConfigurationError(text.empty() ? "say what became of it: --as succeeded, declined or not_executed"
                                          : fmt::format("--as cannot be '{}'; write succeeded, declined or "
                                                        "not_executed",
                                                        text));
  }
  return *outcome;
}

std::string reason_of(const CommandLine& line) {
  auto text = line.option("because");
  if (text.find_first_not_of(' ') == std::string::npos) {
    throw ConfigurationError("say how you know: --because 'seen in the provider's dashboard'");
  }
  if (!is_printable(text)) {
    throw ConfigurationError("--because is text in one line, in UTF-8; leave out what cannot be shown");
  }
  if (text.size() > longest_reason || holds_card_number(text)) {
    throw ConfigurationError(
        fmt::format("--because takes at most {} characters, and no card number", longest_reason));
  }
  return text;
}

std::string reference_of(const CommandLine& line) {
  auto text = line.option("reference");
  const bool is_name = std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
  if (!is_name || text.size() > longest_reference || holds_card_number(text)) {
    throw ConfigurationError(fmt::format(
        "--reference is the provider's name of it: at most {} characters, no spaces, no card number",
        longest_reference));
  }
  return text;
}

void check_that_it_has_a_name(const Attempt& attempt, AttemptOutcome outcome, std::string_view reference) {
  const bool has_one = !reference.empty() || (attempt.call && !attempt.call->reference.empty());
  if (outcome != AttemptOutcome::succeeded || attempt.kind != AttemptKind::authorize || has_one) return;
  throw ConfigurationError(
      "say by what name the provider has it, or it could never be captured or refunded: --reference pi_3Q "
      "(at PayPal the capture's or the authorization's id, not the order's)");
}

Attempt find_open(Store& store, AttemptId id) {
  auto attempt = store.open_reader()->find_attempt(id);
  if (!attempt) {
    throw ConfigurationError(fmt::format(
        "there is no attempt {}; `payment-service attempts list --unknown` shows which wait", id.value));
  }
  if (is_final(attempt->outcome)) {
    throw std::runtime_error(
        fmt::format("attempt {} is settled already: {}", id.value, name(attempt->outcome)));
  }
  return *std::move(attempt);
}

}  // namespace

int attempts_list(const Configuration& configuration, const CommandLine& line) {
  const auto filter = filter_of(line);
  const auto payment = line.option("payment-id");
  const auto id = payment.empty() ? PaymentId{} : PaymentId{read_id("payment id", payment)};
  const auto store = open_to_read(configuration.database);
  std::size_t count = 0;
  const auto take = [&](const Attempt& attempt) {
    show(attempt);
    ++count;
  };
  if (payment.empty()) {
    for_each(*store, filter, take);
  } else {
    for_each_of(*store, id, filter, take);
  }
  fmt::print("{} attempt{}\n", count, count == 1 ? "" : "s");
  return 0;
}

int attempts_resolve(const Configuration& configuration, const CommandLine& line) {
  const AttemptId id{read_id("attempt id", line.words.front())};
  const auto outcome = outcome_of(line);
  auto because = reason_of(line);
  auto reference = reference_of(line);
  const auto store = open_existing_beside(configuration.database);
  const auto attempt = find_open(*store, id);
  check_that_it_has_a_name(attempt, outcome, reference);

  // Whoever would be told of this by the service is told of it by hand too.
  const SystemClock clock;
  const Clients clients(store->open_clients(), clock, {});
  const Audience audience(
      clients, {.url = configuration.store_manager_url, .anonymous_client = configuration.anonymous_client});
  Operator by_hand(
      *store,
      {.lifetimes = configuration.lifetimes,
       .telling = {.is_told = [&](std::string_view client) { return audience.find(client).has_value(); },
                   .first_try = {}}});
  const auto replies = by_hand.carry_out({ResolveAttempt{.id = attempt.payment_id,
                                                         .attempt = id,
                                                         .as = outcome,
                                                         .because = std::move(because),
                                                         .reference = std::move(reference)}});
  if (!replies.front()) {
    throw std::runtime_error(fmt::format("attempt {}: {}", id.value, sentence_of(replies.front().error())));
  }
  const auto& payment = std::get<PaymentReply>(*replies.front()).payment;
  fmt::print("attempt {} counts as {}: payment {} is {}\n", id.value, name(outcome), payment.id.value,
             name(payment.status));
  return 0;
}

}  // namespace pay::app
