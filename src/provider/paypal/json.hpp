#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string_view>

/// Reading what PayPal answers: whatever is absent or of another type is empty, and never more is believed.
namespace pay::paypal {

/// Nothing when it is no JSON object.
std::optional<boost::json::object> read_object(std::string_view text);

/// Empty when it is absent or no text.
std::string_view text_of(const boost::json::object& object, std::string_view key);
/// Nothing when it is absent or no object.
const boost::json::object* object_of(const boost::json::object& object, std::string_view key);
/// The first of a list of objects.
const boost::json::object* first_of(const boost::json::object& object, std::string_view key);

/// Whether it may be a name of PayPal's for something, so that it may stand in a path: `5O190127TN364715T`.
bool is_name(std::string_view text);

}  // namespace pay::paypal
