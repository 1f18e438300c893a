#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "model/payment.hpp"

/// What may be said of what was asked of a provider. There is no other word, and none of them is a default.
namespace pay {

/// What a call without a result shows of the provider's health, whatever became of what was asked for.
enum class Contact : std::uint8_t {
  none,      ///< nobody was asked
  answered,  ///< in a way that shows the provider is well
  silent     ///< it should have answered and did not, or says itself that it is not well, or lets nobody in
};

/// It was done, and the provider's answer proves it: amount, currency and payment are those that were asked
/// for.
struct Succeeded {
  std::optional<PaymentMethod> method{};  ///< what paid, when it authorized
  std::string reference{};  ///< the provider's name of what was made, which the next step is about
};
/// It said no, and nothing was done. In the field's words: `insufficient_funds`, `generic_decline`, …
struct Declined {
  std::string decline_code;
};
/// Whoever pays must go there first. Looking it up goes on from where they come back.
struct ActionRequired {
  std::string url;
  std::optional<Timestamp> expires_at{};  ///< then it counts as declined
  std::string reference{};
};
/// The provider knows of it and has not made up its mind.
struct Pending {
  std::string reference{};
};
/// It was not done and never will be: the provider did not get it, or refused to look at it. The only word
/// after which another provider may be asked.
struct NotExecuted {
  std::string why;  ///< for operators; printable ASCII, without secrets
  Contact contact = Contact::none;
};
/// Nobody knows. To be looked up, or asked for again under the same key.
struct Unknown {
  std::string why;          ///< as above
  std::string reference{};  ///< as far as it is known
  Contact contact = Contact::none;
};

using Outcome = std::variant<Succeeded, Declined, ActionRequired, Pending, NotExecuted, Unknown>;

/// `succeeded`, `declined`, `action_required`, `pending`, `not_executed`, `unknown`: for metrics and logs.
std::string_view name(const Outcome& outcome);

}  // namespace pay
