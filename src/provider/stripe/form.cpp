#include "provider/stripe/form.hpp"

#include <fmt/format.h>

#include <iterator>

namespace pay::stripe {
namespace {

bool is_unreserved(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
         std::string_view("-._~").contains(c);
}

}  // namespace

void append_encoded(std::string& out, std::string_view text) {
  for (const char c : text) {
    if (is_unreserved(c)) {
      out += c;
    } else {
      fmt::format_to(std::back_inserter(out), "%{:02X}", static_cast<unsigned char>(c));
    }
  }
}

Form& Form::add(std::string_view name, std::string_view value) {
  if (!text_.empty()) text_ += '&';
  text_ += name;
  text_ += '=';
  append_encoded(text_, value);
  return *this;
}

Form& Form::add(std::string_view name, std::int64_t value) {
  return add(name, fmt::to_string(value));
}

}  // namespace pay::stripe
