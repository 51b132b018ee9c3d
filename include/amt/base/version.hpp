// The version of this program.
#pragma once

namespace amt {

/// "0.1.0"
const char* version();

}  // namespace amt
