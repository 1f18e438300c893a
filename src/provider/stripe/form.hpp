#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace pay::stripe {

/// Percent-encoded for a query or a form: all but letters, digits and `-._~` (RFC 3986, section 2.3).
void append_encoded(std::string& out, std::string_view text);

/// `application/x-www-form-urlencoded`. Names are our own and stand as they are. It may hold a card that was
/// typed: memory for all of it, a description of 500 characters outside ASCII included, is taken at once, so
/// that growing leaves no copies behind.
class Form {
 public:
  Form() { text_.reserve(8192); }
  Form& add(std::string_view name, std::string_view value);
  Form& add(std::string_view name, std::int64_t value);

  [[nodiscard]] std::string text() && { return std::move(text_); }

 private:
  std::string text_;
};

}  // namespace pay::stripe
