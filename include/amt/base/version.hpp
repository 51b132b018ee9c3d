// The version of this program.
#pragma once

namespace amt {

/// Returns the version: "0.1.0".
const char* version();

}  // namespace amt
