#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "model/attempt.hpp"

/// How Stripe's answers are read. A member that is missing, or is not what it should be, reads as nothing.
namespace pay::stripe {

/// What a body says, or nothing when it is no JSON object.
std::optional<boost::json::object> read_object(std::string_view body);

std::string_view text_of(const boost::json::object& object, std::string_view name);
std::optional<std::int64_t> number_of(const boost::json::object& object, std::string_view name);
const boost::json::object* object_of(const boost::json::object& object, std::string_view name);

/// Whether we made this object for that attempt, or for that payment, by its metadata.
bool is_of_attempt(const boost::json::object& object, const Attempt& attempt);
bool is_of_payment(const boost::json::object& object, PaymentId payment);

/// One of Stripe's words, fit to be shown: what could be anything else is `?`.
std::string_view as_word(std::string_view text);

/// A page that somebody can be sent to.
bool is_page(std::string_view url);

/// What paid, by an expanded charge. Nothing when it was no card.
std::optional<PaymentMethod> method_of_charge(const boost::json::object& charge);

}  // namespace pay::stripe
