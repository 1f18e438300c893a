#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "model/money.hpp"

namespace pay::mysql {

struct Host {
  std::string name;
  std::uint16_t port = 3306;
};

enum class Tls : std::uint8_t {
  off,
  on,      ///< encrypted; whoever answers is believed
  verify,  ///< encrypted, and the server proves its name with a certificate that `ca_file` (or the system)
           ///< trusts
};

/// Where the database is and how to speak with it.
struct Options {
  std::vector<Host> hosts;  ///< tried in turn
  std::string user;
  std::string password;
  std::string database;  ///< made when it is not there and the user may
  Tls tls = Tls::off;
  std::string ca_file;        ///< PEM; empty: the system's
  Currency default_currency;  ///< of the payments of an adopted database, which knows none
  std::chrono::seconds connect_timeout{5};
  std::chrono::seconds io_timeout{10};  ///< for one answer; a server that is silent for longer is gone
};

}  // namespace pay::mysql
