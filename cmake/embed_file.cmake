# Run by pay_embed at build time. One literal a line of the file, because a compiler may limit a literal's length and
# a character may not be cut in two; as a system header, because the whole is longer than C++ promises to take.
file(READ "${SOURCE}" text)
string(REPLACE "\n" "\n)~~~\"\nR\"~~~(" text "${text}")
get_filename_component(directory "${OUT}" DIRECTORY)
file(MAKE_DIRECTORY "${directory}")
file(WRITE "${OUT}" "#pragma once\n#pragma GCC system_header\n#include <string_view>\nnamespace pay {\ninline constexpr std::string_view ${SYMBOL} =\nR\"~~~(${text})~~~\";\n}  // namespace pay\n")
