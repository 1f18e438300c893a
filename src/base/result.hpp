#pragma once

#include <expected>

#include "base/error.hpp"

namespace pay {

/// A value, or why there is none. Never ignored: both alternatives are decisions.
template <class T>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> fail(ErrorCode code) {
  return std::unexpected(Error{.code = code});
}

inline std::unexpected<Error> fail(ErrorCode code, Text detail) {
  return std::unexpected(Error{.code = code, .detail = std::move(detail)});
}

/// One wrong field of a request.
inline std::unexpected<Error> invalid(std::string field, Text message) {
  return std::unexpected(
      Error{.code = ErrorCode::invalid_request, .fields = {{std::move(field), std::move(message)}}});
}

}  // namespace pay
