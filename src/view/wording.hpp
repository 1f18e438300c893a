#pragma once

#include <string_view>

#include "model/payment.hpp"
#include "view/fields.hpp"
#include "view/language.hpp"

/// What people read in an answer, in both languages.
namespace pay::view {

inline std::string_view in(Language language, Sentence sentence) {
  return language == Language::french ? sentence.fr : sentence.en;
}
inline const std::string& in(Language language, const Text& text) {
  return language == Language::french ? text.fr : text.en;
}

/// A few words that name the code, the same every time (RFC 9457, section 3.1.3).
Sentence title(ErrorCode code);
/// The code's own sentence, for when nothing more is known.
Sentence explanation(ErrorCode code);

/// A few words for an HTTP status that has no code.
Sentence title(int http_status);

/// Why an issuer or a provider declined, for the shopper.
Sentence decline_reason(std::string_view decline_code);

/// A payment's status as the end of `The payment is …`.
Sentence wording(Status status);

}  // namespace pay::view
