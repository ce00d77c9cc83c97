import { declarePurchases, shops } from "./aws-cli-shops.ts";

declarePurchases(shops);
