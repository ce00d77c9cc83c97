import { elasticache, memorydb, opensearch } from "./golden-kinds.ts";
import { goldenTable } from "./golden-table.ts";
import { elasticacheRows, memorydbRows, opensearchRows } from "./reservation-golden-rows.ts";

// Bought by the code that buys reservations of RDS, which stand for them in `npm test`.
goldenTable(elasticache, elasticacheRows);
goldenTable(memorydb, memorydbRows);
goldenTable(opensearch, opensearchRows);
