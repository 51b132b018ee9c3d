// What a package brings along for man and for bash.
#pragma once

#include <cstdint>
#include <string>

namespace amt {

/// `amt --help-as FORM` and `amt COMMAND --help-as FORM` print their help in another form. They are
/// for the build (cmake/AmtInstall.cmake), so that --help does not list them.
inline constexpr const char* kHelpAs = "--help-as";

enum class HelpForm : std::uint8_t { kMan, kBash };

/// UsageError for anything but "man" and "bash".
HelpForm parse_help_form(const std::string& text);

}  // namespace amt
