#pragma once

#include <cstdio>
#include <cstdlib>

namespace pay {

/// A state that cannot be: the process stops there, before it does something wrong with money. Always on.
[[noreturn]] inline void bug(const char* what) {
  std::fputs("payment-service: a bug: ", stderr);
  std::fputs(what, stderr);
  std::fputs("\n", stderr);
  std::abort();
}

}  // namespace pay
