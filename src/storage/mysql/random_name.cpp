#include "storage/mysql/random_name.hpp"

#include <fmt/format.h>

#include <random>

namespace pay::mysql {

std::string random_name() {
  std::random_device random;
  return fmt::format("{:08x}{:08x}", random(), random());
}

}  // namespace pay::mysql
