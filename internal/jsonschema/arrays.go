package jsonschema

import "github.com/aurea-orchestrator/aurea/param"

// onArray is a rule for values that are lists.
func onArray(check func(e *evaluation, v instance, items []any, seen *seen)) rule {
	return func(e *evaluation, v instance, seen *seen) {
		if items, ok := v.value.([]any); ok {
			check(e, v, items, seen)
		}
	}
}

func compileMinItems(c *compiler, use keywordUse) rule {
	limit := c.size(use)
	return onArray(func(e *evaluation, v instance, items []any, _ *seen) {
		if len(items) < limit {
			e.refuse(v, "must have at least %d items; got %d", limit, len(items))
		}
	})
}

func compileMaxItems(c *compiler, use keywordUse) rule {
	limit := c.size(use)
	return onArray(func(e *evaluation, v instance, items []any, _ *seen) {
		if len(items) > limit {
			e.refuse(v, "must have at most %d items; got %d", limit, len(items))
		}
	})
}

func compileUniqueItems(c *compiler, use keywordUse) rule {
	unique, ok := use.value.(bool)
	if !ok {
		c.refuse(use.at, "must be true or false; got %s", param.Describe(use.value))
	}
	if !unique {
		return nil
	}
	return onArray(func(e *evaluation, v instance, items []any, _ *seen) {
		for i := range items {
			for j := range i {
				if e.equal(items[i], items[j]) {
					e.refuse(v.item(i, nil), "must differ from all other items; item %d is equal", j)
					break
				}
			}
		}
	})
}

func compilePrefixItems(c *compiler, use keywordUse) rule {
	schemas := c.list(use, c.schema)
	return onArray(func(e *evaluation, v instance, items []any, seen *seen) {
		for i := range min(len(items), len(schemas)) {
			e.item(schemas[i], v, i, items[i], seen)
		}
	})
}

// item checks an item of a list.
func (e *evaluation) item(s *Schema, v instance, i int, value any, into *seen) {
	e.check(s, v.item(i, value), &seen{})
	into.addItem(i)
}

// compileItems checks the items behind prefixItems. Until 2019-09 a list of
// schemas is what prefixItems is now.
func compileItems(c *compiler, use keywordUse) rule {
	if list, isList := use.value.([]any); isList {
		switch {
		case c.draft >= draft2020:
			c.refuse(use.at, "must be one schema in %s; write prefixItems for a list of them", c.draftName)
			return nil
		case len(list) == 0:
			return nil
		}
		return compilePrefixItems(c, use)
	}
	prefix, _ := use.object["prefixItems"].([]any)
	return c.rest(use, len(prefix))
}

// compileAdditionalItems checks the items behind those of a list in items.
func compileAdditionalItems(c *compiler, use keywordUse) rule {
	list, isList := use.object["items"].([]any)
	if !isList {
		c.schema(use.value, use.at)
		return nil
	}
	return c.rest(use, len(list))
}

// rest checks the items from the one at first on.
func (c *compiler) rest(use keywordUse, first int) rule {
	s := c.schema(use.value, use.at)
	return onArray(func(e *evaluation, v instance, items []any, seen *seen) {
		for i := first; i < len(items); i++ {
			e.item(s, v, i, items[i], seen)
		}
	})
}

func compileContains(c *compiler, use keywordUse) rule {
	s := c.schema(use.value, use.at)
	least, most := 1, maxSize
	limit := func(name string, otherwise int) int {
		value, given := use.object[name]
		if !given || c.draft < draft2019 {
			return otherwise
		}
		n, ok := numberOf(value)
		if !ok || !n.IsInt() || !n.Num().IsInt64() {
			return otherwise // refused as a keyword of its own
		}
		return int(min(n.Num().Int64(), maxSize))
	}
	least, most = limit("minContains", least), limit("maxContains", most)
	marks := c.draft >= draft2020
	return onArray(func(e *evaluation, v instance, items []any, into *seen) {
		found := 0
		for i, item := range items {
			if len(e.try(s, v.item(i, item), &seen{})) > 0 {
				continue
			}
			found++
			if marks {
				into.addItem(i)
			}
		}
		if found < least {
			e.refuse(v, "must contain at least %d items that its schema describes; got %d", least, found)
		}
		if found > most {
			e.refuse(v, "must contain at most %d items that its schema describes; got %d", most, found)
		}
	})
}

func compileUnevaluatedItems(c *compiler, use keywordUse) rule {
	s := c.schema(use.value, use.at)
	return onArray(func(e *evaluation, v instance, items []any, seen *seen) {
		for i, item := range items {
			if !seen.items[i] {
				e.item(s, v, i, item, seen)
			}
		}
	})
}
