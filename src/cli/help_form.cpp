#include "help_form.hpp"

#include <fmt/core.h>

#include "amt/base/error.hpp"

namespace amt {

HelpForm parse_help_form(const std::string& text) {
  if (text == "man") return HelpForm::kMan;
  if (text == "bash") return HelpForm::kBash;
  throw UsageError(fmt::format("{} must be man or bash, not '{}'", kHelpAs, text));
}

}  // namespace amt
