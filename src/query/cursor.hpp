#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "storage/store.hpp"

namespace pay {

/// Where a list goes on, as an opaque text: a position and a mark of the filters it belongs to.
std::string write_cursor(std::int64_t position, std::uint64_t mark);

/// The position. Nothing when the text is no cursor, or one of another list.
std::optional<std::int64_t> read_cursor(std::string_view text, std::uint64_t mark);

/// Equal for equal filters, the same in every process and version.
std::uint64_t mark_of(const PaymentFilter& filter);
std::uint64_t mark_of(const NotificationFilter& filter);
std::uint64_t mark_of(const AttemptFilter& filter);
/// `list` names the kind of list: `events`, `refunds`, `attempts`.
std::uint64_t mark_of(std::string_view list, PaymentId payment);

}  // namespace pay
