// Help in the forms that a package installs: manual pages and bash completion.
#pragma once

#include <cstdint>
#include <string>

namespace amt {

/// `amt --help-as FORM` and `amt COMMAND --help-as FORM` print their help in another form. Only the
/// build uses them (cmake/AmtInstall.cmake), so --help does not list them.
inline constexpr const char* kHelpAs = "--help-as";

enum class HelpForm : std::uint8_t { kMan, kBash };

/// Throws UsageError for anything but "man" and "bash".
HelpForm parse_help_form(const std::string& text);

}  // namespace amt
