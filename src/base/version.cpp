#include "amt/base/version.hpp"

namespace amt {

const char* version() { return AMT_VERSION; }

}  // namespace amt
