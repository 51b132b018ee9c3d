// Compiled as C++17, because headers included by device code must not need a newer standard.
#include "amt/ops/buffer.hpp"
#include "amt/ops/dropout.hpp"
#include "amt/ops/ops.hpp"
#include "amt/ops/token_order.hpp"
#include "amt/ops/weights.hpp"

static_assert(amt::dropout_factor({}, 0, 0, 8) == 1.0f, "dropout_factor() must be constexpr");
