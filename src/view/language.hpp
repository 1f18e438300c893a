#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace pay::view {

/// What error texts are written in.
enum class Language : std::uint8_t { english, french };

/// `en` or `fr`.
std::optional<Language> find_language(std::string_view tag);

/// The better of the two by an Accept-Language header (RFC 9110, section 12.5.4: ranges with q-values,
/// `fr-CA` is French, `*` is any); `otherwise` when it names neither or is absent (empty).
Language preferred_language(std::string_view accept_language, Language otherwise);

}  // namespace pay::view
