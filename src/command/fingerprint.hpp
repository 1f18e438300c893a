#pragma once

#include "command/commands.hpp"

namespace pay {

/// 128 bits of SHA-256 over the meaningful fields of a command, so that the same request in other white space
/// is the same command, and another amount is not. Of a card it holds brand, first six, last four and expiry,
/// as one part of the whole: never the digits in between, never the CVC.
Fingerprint fingerprint(const Command& command);

/// What of a card goes into a fingerprint.
std::string card_outline(const Card& card);

/// What of anything that can be paid with does: of a card that was typed, as above; of a token, its kind and
/// its text, which are spelled into the hash and stay nowhere else.
std::string outline(const Source& source);

}  // namespace pay
