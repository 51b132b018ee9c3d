// Compiled as C++17: headers that device code includes must not need more.
#include "amt/ops/buffer.hpp"
#include "amt/ops/dropout.hpp"
#include "amt/ops/ops.hpp"
#include "amt/ops/token_order.hpp"
#include "amt/ops/weights.hpp"

static_assert(amt::dropout_factor({}, 0, 0, 8) == 1.0f, "dropout.hpp can be evaluated anywhere");
