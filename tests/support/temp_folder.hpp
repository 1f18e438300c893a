#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>

namespace pay::test {

/// An empty folder of its own, removed at the end.
class TempFolder {
 public:
  TempFolder() {
    auto shape = (std::filesystem::temp_directory_path() / "payment-test-XXXXXX").string();
    if (::mkdtemp(shape.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path_ = shape;
  }
  ~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;

  [[nodiscard]] std::string file(std::string_view name) const { return (path_ / name).string(); }
  /// The path of a file with this text.
  std::string write(std::string_view name, std::string_view text) const {
    std::ofstream(path_ / name, std::ios::binary) << text;
    return file(name);
  }

 private:
  std::filesystem::path path_;
};

}  // namespace pay::test
