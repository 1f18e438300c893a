#pragma once

#include <string>

namespace pay::mysql {

/// 16 letters that no other instance has: claims bear them.
std::string random_name();

}  // namespace pay::mysql
